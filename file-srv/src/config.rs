//! The configuration of the file server. `app-config.yml` beside this crate explains every key.

use std::path::PathBuf;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use service::daemon::{Configuration, ProcessConfig};
use service::rate::Rate;

use crate::id::Number;

/// What the process `file-srv` reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DaemonConfig {
    /// Listeners, logs and the end.
    #[serde(flatten)]
    pub process: ProcessConfig,
    /// The number that the ids of this server's files begin with. No two of a fleet share it.
    pub number: Number,
    /// Files and previews.
    pub files: FilesConfig,
}

impl Default for DaemonConfig {
    fn default() -> Self {
        Self {
            process: ProcessConfig::at(8_120),
            number: Number::FIRST,
            files: FilesConfig::default(),
        }
    }
}

impl Configuration for DaemonConfig {
    fn of_process(&self) -> &ProcessConfig {
        &self.process
    }
}

/// Files and previews, the same for the process of its own and inside `instantchat`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FilesConfig {
    /// Origins beside the site's own whose pages may upload.
    pub allowed_origins: Vec<String>,
    /// The folder of the files, and of uploads under way.
    pub data_dir: PathBuf,
    /// An S3-compatible store instead of the folder.
    pub s3: S3Config,
    /// How much is kept.
    pub quotas: QuotaConfig,
    /// Uploads.
    pub uploads: UploadConfig,
    /// Images.
    pub images: ImageConfig,
    /// Downloads under way at once.
    pub downloads_max: usize,
    /// Downloads under way at once of one address.
    pub address_downloads_max: u32,
    /// Milliseconds for which a stop lets uploads and downloads go on.
    pub stop_patience_ms: u64,
    /// What is swept.
    pub sweep: SweepConfig,
    /// Link previews.
    pub previews: PreviewConfig,
}

impl Default for FilesConfig {
    fn default() -> Self {
        Self {
            allowed_origins: Vec::new(),
            data_dir: PathBuf::from("./data"),
            s3: S3Config::default(),
            quotas: QuotaConfig::default(),
            uploads: UploadConfig::default(),
            images: ImageConfig::default(),
            downloads_max: 1_024,
            address_downloads_max: 64,
            stop_patience_ms: 5_000,
            sweep: SweepConfig::default(),
            previews: PreviewConfig::default(),
        }
    }
}

/// An S3-compatible store. Its keys come from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct S3Config {
    /// The bucket; empty for files in the folder.
    pub bucket: String,
    /// The store's address; empty for Amazon's own.
    pub endpoint: String,
    /// The region.
    pub region: String,
    /// A folder inside the bucket; may be empty.
    pub prefix: String,
}

impl Default for S3Config {
    fn default() -> Self {
        Self {
            bucket: String::new(),
            endpoint: String::new(),
            region: "us-east-1".into(),
            prefix: String::new(),
        }
    }
}

/// How much is kept, by each server for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct QuotaConfig {
    /// Bytes of all files.
    pub store_bytes_max: u64,
    /// All files.
    pub store_files_max: usize,
    /// Bytes of one room's files.
    pub room_bytes_max: u64,
    /// One room's files, thumbnails and pictures of previews included.
    pub room_files_max: usize,
    /// Bytes that one address may upload in a day.
    pub address_day_bytes_max: u64,
}

impl Default for QuotaConfig {
    fn default() -> Self {
        Self {
            store_bytes_max: 10 << 30,
            store_files_max: 200_000,
            room_bytes_max: 200 << 20,
            room_files_max: 4_000,
            address_day_bytes_max: 500 << 20,
        }
    }
}

/// Uploads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct UploadConfig {
    /// Bytes of a file.
    pub file_bytes_max: u64,
    /// Bytes of a drawing, and of any image once it is re-encoded.
    pub drawing_bytes_max: u64,
    /// Uploads under way at once.
    pub under_way_max: usize,
    /// Uploads under way at once of one address.
    pub address_under_way_max: u32,
    /// Bytes a second of the slowest upload.
    pub slowest_bytes_per_sec: u64,
    /// Milliseconds after which an upload must not be slower than that.
    pub slow_after_ms: u64,
}

impl Default for UploadConfig {
    fn default() -> Self {
        Self {
            file_bytes_max: 25 << 20,
            drawing_bytes_max: 8 << 20,
            under_way_max: 64,
            address_under_way_max: 4,
            slowest_bytes_per_sec: 8 << 10,
            slow_after_ms: 10_000,
        }
    }
}

/// Images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ImageConfig {
    /// Pixels of an image.
    pub pixels_max: u64,
    /// Pixels of its width and of its height.
    pub side_max: u32,
    /// Bytes that decoding it may take.
    pub memory_bytes_max: u64,
    /// Threads that work on images: one per two cores, this many at most.
    pub threads_max: usize,
    /// Images that wait for a thread.
    pub waiting_max: usize,
}

impl Default for ImageConfig {
    fn default() -> Self {
        Self {
            pixels_max: 40_000_000,
            side_max: 16_384,
            memory_bytes_max: 256 << 20,
            threads_max: 4,
            waiting_max: 32,
        }
    }
}

/// What is swept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SweepConfig {
    /// Milliseconds between two rounds.
    pub interval_ms: u64,
    /// Milliseconds for which a file may stay without a message.
    pub unattached_ms: u64,
    /// Milliseconds for which a room's files stay when its owner says nothing of it.
    pub unrenewed_ms: u64,
}

impl Default for SweepConfig {
    fn default() -> Self {
        // A descriptor may be posted for 10 minutes; the notice of it gets a minute to arrive.
        Self { interval_ms: 15_000, unattached_ms: 11 * 60_000, unrenewed_ms: 60 * 60_000 }
    }
}

/// Link previews.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PreviewConfig {
    /// Whether there are any.
    pub enabled: bool,
    /// Networks that are never fetched from, beside all that are not public: the fleet's own
    /// public addresses.
    pub refused: Vec<IpNet>,
    /// What one address may ask for.
    pub address_rate: Rate,
    /// Requests of one session in one room in a minute.
    pub session_per_minute_max: usize,
    /// Requests to one target host in a minute.
    pub host_per_minute_max: usize,
    /// Requests to one target host at once.
    pub host_under_way_max: usize,
    /// Previews fetched at once.
    pub under_way_max: usize,
    /// Milliseconds that one may take in all.
    pub timeout_ms: u64,
    /// Milliseconds before which no refusal is told.
    pub refusal_ms_min: u64,
    /// Milliseconds for which an answer is kept.
    pub kept_ms: u64,
    /// Answers kept.
    pub kept_max: usize,
}

impl Default for PreviewConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            refused: Vec::new(),
            address_rate: Rate { burst: 20, refill_ms: 3_000 },
            session_per_minute_max: 20,
            host_per_minute_max: 10,
            host_under_way_max: 2,
            under_way_max: 32,
            timeout_ms: 5_000,
            refusal_ms_min: 1_000,
            kept_ms: 10 * 60_000,
            kept_max: 300,
        }
    }
}

#[cfg(test)]
mod tests;
