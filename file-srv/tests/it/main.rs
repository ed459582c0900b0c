//! The file server as its clients see it: in this process, on a port of its own, over HTTP.

mod download;
mod fixture;
mod images;
mod upload;
