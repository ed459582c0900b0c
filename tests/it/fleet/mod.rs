//! The fleet as real processes behind a real nginx: what only that has. What one daemon can
//! prove alone is tested there.

mod rendering;
