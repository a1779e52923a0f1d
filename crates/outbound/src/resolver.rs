//! Where names lead, looked at between the look-up and the connection.

use std::io;
use std::sync::Arc;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::error::NotPublic;
use crate::{Permit, is_public};

/// Looks names up as the system does, and gives only addresses that may be connected to. Literal
/// addresses come this way too.
#[derive(Debug)]
pub(crate) struct Guard {
    permits: Arc<[Permit]>,
    system: DefaultResolver,
}

impl Guard {
    pub(crate) fn new(permits: &Arc<[Permit]>) -> Self {
        Self { permits: Arc::clone(permits), system: DefaultResolver::default() }
    }
}

impl Resolver for Guard {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.system.resolve(uri, config, timeout)?;
        if self.permits.iter().any(|permit| permit.fits(uri)) {
            return Ok(found);
        }
        // Not even the public ones of a name that also leads inward.
        match found.iter().find(|address| !is_public(address.ip())) {
            None => Ok(found),
            Some(address) => {
                let refused = NotPublic(address.ip());
                Err(ureq::Error::Io(io::Error::new(io::ErrorKind::PermissionDenied, refused)))
            }
        }
    }
}
