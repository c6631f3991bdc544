//! "Did you mean …": the nearest of the names that are known.

/// The known name that is most like `word`, if any is like it at all; of several the first.
pub(crate) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let word = word.trim().to_lowercase();
    if word.is_empty() || word.len() > 64 {
        return None;
    }
    let near = known.into_iter().filter_map(|name| Some((distance(&word, name)?, name)));
    near.min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// Edits between the two, case aside; `None` if they are too many. A beginning counts as one edit.
fn distance(word: &str, name: &str) -> Option<usize> {
    let name = name.to_lowercase();
    if word.len() >= 3 && name.starts_with(word) || name.len() >= 3 && word.starts_with(&name) {
        return Some(1);
    }
    let edits = strsim::damerau_levenshtein(word, &name);
    let longest = word.chars().count().max(name.chars().count());
    (edits <= (longest / 3).max(1) && edits < longest).then_some(edits)
}
