//! The journal as its callers see it: what is durable stays, what is damaged is refused, whatever the disk does.

mod basics;
mod crashes;
mod damage;
mod every_byte;
mod faults;
mod folder;
mod full_disk;
mod golden;
mod repair;
mod snapshots;
mod support;
