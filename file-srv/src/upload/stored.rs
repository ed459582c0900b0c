//! From a received file to a stored one: judged by its content, images written anew.

use std::sync::Arc;

use protocol::frame::File;
use protocol::http::Uploaded;
use protocol::limits::DESCRIPTOR_MS;
use protocol::token::{FileDescriptor, Grant};

use super::{Spool, UploadError};
use crate::id::FileId;
use crate::name;
use crate::picture::{self, Encoded, Format, Picture};
use crate::server::FileServer;
use crate::store::{Content, FileKind, Record, Reservation};
use crate::{media_type, server};

/// A file that has come whole.
pub(super) struct Received {
    pub(super) name: String,
    pub(super) spool: Spool,
    pub(super) grant: Grant,
    pub(super) drawing: bool,
}

/// Stores it. That is carried on when the client has gone, and undone at its end: a write that
/// is dropped in its middle would leave half a file behind.
pub(super) async fn store(
    server: &Arc<FileServer>,
    received: Received,
    reservation: Reservation,
) -> Result<Uploaded, UploadError> {
    let own = Arc::clone(server);
    server::carried_on(
        &server.lifecycle,
        async move { store_now(&own, received, reservation).await },
        {
            let own = Arc::clone(server);
            move |result: Result<Stored, UploadError>| {
                result.into_iter().flat_map(Stored::ids).for_each(|id| own.store.discard(id));
            }
        },
    )
    .await
    .ok_or(UploadError::Stopping)?
    .map(|stored| stored.uploaded(server))
}

/// What is in the store now.
struct Stored {
    id: FileId,
    record: Record,
    dimensions: Option<(u32, u32)>,
    thumbnail: Option<FileId>,
}

async fn store_now(
    server: &FileServer,
    received: Received,
    reservation: Reservation,
) -> Result<Stored, UploadError> {
    let format = Format::of(received.spool.head());
    match (received.drawing, format) {
        (true, Some(Format::Png)) | (false, Some(_)) => {
            store_image(server, received, format, reservation).await
        }
        (true, _) => Err(UploadError::NotPng),
        (false, None) => store_other(server, received, reservation).await,
    }
}

async fn store_image(
    server: &FileServer,
    received: Received,
    format: Option<Format>,
    mut reservation: Reservation,
) -> Result<Stored, UploadError> {
    let Received { name, spool, grant, drawing } = received;
    let limits = server.config.images;
    let bytes_max = server.config.uploads.drawing_bytes_max;
    let received = spool.size();
    let work = move || -> Result<Picture, UploadError> {
        let file = spool.read()?;
        Ok(match format {
            Some(format) if !drawing => picture::attachment(&file, format, &limits, bytes_max)?,
            _ => picture::drawing(&file, &limits, bytes_max)?,
        })
    };
    let Picture { encoded, thumbnail } = server.workers.run(work).await??;
    let size = encoded.bytes.len() as u64;
    reservation.grow(size.saturating_sub(received))?;
    let small = thumbnail.as_ref().map_or(0, |thumbnail| thumbnail.bytes.len() as u64);
    let for_thumbnail = Reservation::new(&server.store, grant.owner, small)?;

    let name = name::with_ending(&name::sanitise(&name), encoded.format.ending());
    let kind = if drawing { FileKind::Drawing } else { FileKind::Image };
    let dimensions = Some((encoded.width, encoded.height));
    let record = server.record(&grant, kind, name.clone(), encoded.format.media_type(), size);
    let content = Content::Memory(encoded.bytes);
    let id = server.store.put(content, record.clone(), reservation).await?;
    let Some(Encoded { bytes, format, .. }) = thumbnail else {
        return Ok(Stored { id, record, dimensions, thumbnail: None });
    };
    let thumbnail = server.record(&grant, FileKind::Thumbnail, name, format.media_type(), small);
    match server.store.put(Content::Memory(bytes), thumbnail, for_thumbnail).await {
        Ok(thumbnail) => Ok(Stored { id, record, dimensions, thumbnail: Some(thumbnail) }),
        Err(error) => {
            server.store.discard(id);
            Err(error.into())
        }
    }
}

async fn store_other(
    server: &FileServer,
    received: Received,
    reservation: Reservation,
) -> Result<Stored, UploadError> {
    let Received { name, spool, grant, .. } = received;
    let media_type = media_type::of(spool.head());
    let name = name::sanitise(&name);
    let record = server.record(&grant, FileKind::Other, name, media_type, spool.size());
    let mut reader = spool.reader().await?;
    let content = Content::Stream(&mut reader);
    let id = server.store.put(content, record.clone(), reservation).await?;
    Ok(Stored { id, record, dimensions: None, thumbnail: None })
}

impl Stored {
    fn ids(self) -> impl Iterator<Item = FileId> {
        [Some(self.id), self.thumbnail].into_iter().flatten()
    }

    fn uploaded(self, server: &FileServer) -> Uploaded {
        let id = self.id.to_string();
        let descriptor = FileDescriptor {
            owner: self.record.owner,
            id: id.as_str().into(),
            name: self.record.name.as_str().into(),
            media_type: self.record.media_type.as_str().into(),
            size: self.record.size,
            dimensions: self.dimensions,
            thumbnail: self.thumbnail.map(|id| id.to_string().into()),
            drawing: self.record.kind == FileKind::Drawing,
            expires: server.clock.now() + DESCRIPTOR_MS,
        };
        let file = File {
            url: server::file_url(&id).into(),
            thumbnail: descriptor.thumbnail.as_deref().map(|id| server::file_url(id).into()),
            id: descriptor.id.clone(),
            name: descriptor.name.clone(),
            media_type: descriptor.media_type.clone(),
            size: descriptor.size,
            width: descriptor.dimensions.map(|(width, _)| width),
            height: descriptor.dimensions.map(|(_, height)| height),
            drawing: descriptor.drawing,
        };
        Uploaded { file, descriptor: descriptor.sign(&server.keys) }
    }
}
