//! Answers as JSON, by way of literals.

use alloc::string::ToString;

use npymap_core::literal::Literal;

/// An object.
pub(crate) fn object<'a, const N: usize>(entries: [(&'static str, Literal<'a>); N]) -> Literal<'a> {
    Literal::Dict(
        entries
            .into_iter()
            .map(|(key, value)| (text(key), value))
            .collect(),
    )
}

/// An array.
pub(crate) fn array<'a>(items: impl IntoIterator<Item = Literal<'a>>) -> Literal<'a> {
    Literal::List(items.into_iter().collect())
}

/// An array of integers.
pub(crate) fn integers<'a, T: Copy + Into<i128>>(items: &[T]) -> Literal<'a> {
    Literal::tuple_of(items)
}

/// A string.
pub(crate) fn text(text: &str) -> Literal<'_> {
    Literal::Str(text.into())
}

/// An integer, however large.
pub(crate) fn integer<'a>(n: impl Into<i128>) -> Literal<'a> {
    let n: i128 = n.into();
    match i64::try_from(n) {
        Ok(n) => Literal::Int(n),
        Err(_) => Literal::BigInt(n.to_string().into()),
    }
}

/// An answer, or `null`.
pub(crate) fn or_null<T>(
    value: Option<T>,
    literal: impl FnOnce(T) -> Literal<'static>,
) -> Literal<'static> {
    value.map_or(Literal::None, literal)
}
