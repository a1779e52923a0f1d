//! Bodies that are wrong, broken or malicious: a clear 4xx or a correct result, never a 5xx, and the
//! server is as well afterwards as before.

mod bytes;
mod fields;
mod native;
