//! Dtypes in another byte order.

use alloc::sync::Arc;

use super::{ByteOrder, DType, Field, Kind, StructType, SubArrayType};

impl DType {
    /// The same dtype in a byte order, all fields included: NumPy's `dtype.newbyteorder`.
    ///
    /// Parts to which no order applies stay as they are, and [`ByteOrder::None`] changes nothing.
    ///
    /// ```
    /// use npymap_core::dtype::{ByteOrder, DType};
    ///
    /// let little = DType::parse("<i4, S3")?;
    /// assert_eq!(little.with_byte_order(ByteOrder::Big), DType::parse(">i4, S3")?);
    /// # Ok::<_, npymap_core::Error>(())
    /// ```
    #[must_use]
    pub fn with_byte_order(&self, order: ByteOrder) -> Self {
        if order == ByteOrder::None || self.is_in_order(order) {
            return self.clone();
        }
        let kind = match &self.kind {
            Kind::Struct(structure) => Kind::Struct(Arc::new(StructType {
                fields: structure
                    .fields
                    .iter()
                    .map(|field| Field {
                        dtype: field.dtype.with_byte_order(order),
                        ..field.clone()
                    })
                    .collect(),
                base: structure
                    .base
                    .as_ref()
                    .map(|base| base.with_byte_order(order)),
            })),
            Kind::SubArray(sub) => Kind::SubArray(Arc::new(SubArrayType {
                element: sub.element.with_byte_order(order),
                shape: sub.shape.clone(),
            })),
            plain => plain.clone(),
        };
        Self {
            kind,
            order: match self.order {
                ByteOrder::None => ByteOrder::None,
                _ => order,
            },
            ..*self
        }
    }

    /// The same dtype in the byte order of the machine.
    #[must_use]
    pub fn to_native(&self) -> Self {
        self.with_byte_order(ByteOrder::NATIVE)
    }

    /// Whether all parts have a byte order already, or none.
    fn is_in_order(&self, order: ByteOrder) -> bool {
        match &self.kind {
            Kind::Struct(structure) => {
                let mut parts = structure
                    .fields
                    .iter()
                    .map(|field| &field.dtype)
                    .chain(&structure.base);
                parts.all(|part| part.is_in_order(order))
            }
            Kind::SubArray(sub) => sub.element.is_in_order(order),
            _ => self.order == ByteOrder::None || self.order == order,
        }
    }
}
