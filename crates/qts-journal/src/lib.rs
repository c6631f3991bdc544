//! An append-only journal: bytes in, bytes out, and a mark up to which they survive anything.
//!
//! A journal is a folder of *segments*, each a run of *blocks* of *records*, chained by hashes; `docs/journal.md` has
//! every byte. [`Writer`] appends records and makes them durable by its [`Policy`]; [`Reader`] hands them out again and
//! tells a crash, which is harmless, from damage, which is refused; [`repair`] saves what is sound. Files are reached
//! through [`Disk`] alone: [`Folder`] is the real one, [`memory`] one that fails on demand. The crate knows no clock,
//! no thread, no other crate of ours, and nothing of what the bytes mean.
//!
//! ```
//! use qts_journal::{End, Kind, MemoryDisk, Options, Policy, Reader, Writer};
//! # use std::time::Duration;
//! const ORDER: Kind = Kind(16);
//! let disk = MemoryDisk::new();
//! let (mut writer, recovered) = Writer::open(disk.clone(), Options::new(Policy::Cycle, [7; 16]), |_| {})?;
//! assert_eq!((recovered.epoch, recovered.last_seq), (1, 0));
//! let order = writer.append(ORDER, 1, b"buy")?;
//! assert!(writer.durable() < order); // it must not leave yet …
//! writer.commit(Duration::ZERO)?;
//! assert!(writer.durable() >= order); // … now it may
//! writer.close()?;
//!
//! let mut reader = Reader::open(&disk)?;
//! let records = reader.by_ref().collect::<Result<Vec<_>, _>>()?;
//! assert_eq!(records.iter().map(|it| it.kind).collect::<Vec<_>>(), [Kind::EPOCH, ORDER]);
//! assert_eq!(reader.end(), Some(End::Closed));
//! # Ok::<(), qts_journal::Error>(())
//! ```
#![forbid(unsafe_code)]

mod disk;
mod error;
mod folder;
mod format;
pub mod memory;
mod reader;
mod repair;
mod snapshot;
mod writer;

pub use disk::Disk;
pub use error::{Damage, Error, Problem};
pub use folder::Folder;
pub use format::{FORMAT_VERSION, Hash, Kind, LARGEST_BLOCK, Position, Record};
pub use memory::{Fault, MemoryDisk};
pub use reader::{End, Reader};
pub use repair::{Repaired, repair};
pub use snapshot::{Newest, Snapshot, newest_snapshot};
pub use writer::{Options, Policy, Recovered, Writer};
