//! What the fuzz targets share: how bytes become inputs, and what must hold for every result.

pub mod bodies;
pub mod bytes;
pub mod host;
pub mod manifests;
pub mod media;
