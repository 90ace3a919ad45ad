//! Views that rearrange the axes.

use super::Layout;

impl Layout {
    /// The view with the axes in reverse order: NumPy's `.T`.
    pub fn transpose(&self) -> Self {
        let mut view = self.clone();
        view.shape.reverse();
        view.strides.reverse();
        view
    }
}
