//! The model as one flat snapshot; see the module's own text once the layout is settled.
