//! An authority of the test's own, and a certificate for the fleet's public names.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{DIRECT_DOMAIN, HOST};

/// A new key, as quickly made as any.
const KEY: &str = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

/// A folder with `ca.pem`, `certificate.pem` and `key.pem`.
pub(super) struct Certificates {
    folder: PathBuf,
    authority: PathBuf,
}

impl Certificates {
    pub(super) fn make(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).expect("a folder for certificates");
        let names = format!(
            "subjectAltName=DNS:{HOST},DNS:localhost,IP:127.0.0.1,DNS:*.{DIRECT_DOMAIN}\n\
             extendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n"
        );
        std::fs::write(folder.join("names.txt"), names).expect("the names are written");
        let made = Self { folder: folder.into(), authority: folder.join("ca.pem") };
        made.openssl(&format!(
            "req -x509 {KEY} -keyout ca-key.pem -out ca.pem -days 30 -subj /CN=instantchat-tests"
        ));
        made.renew();
        made
    }

    /// Makes another key and certificate, and puts both in place at once.
    pub(super) fn renew(&self) {
        self.openssl(&format!("req {KEY} -keyout new-key.pem -out request.pem -subj /CN={HOST}"));
        self.openssl(
            "x509 -req -in request.pem -CA ca.pem -CAkey ca-key.pem -CAcreateserial \
             -extfile names.txt -days 30 -out new-certificate.pem",
        );
        for file in ["certificate.pem", "key.pem"] {
            let new = self.folder.join(format!("new-{file}"));
            std::fs::rename(new, self.folder.join(file)).expect("it takes the old one's place");
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn authority(&self) -> &Path {
        &self.authority
    }

    pub(super) fn key_pin(&self) -> String {
        let pipeline = "openssl x509 -in certificate.pem -noout -pubkey \
                        | openssl pkey -pubin -outform der \
                        | openssl dgst -sha256 -binary | openssl base64 -A";
        let output = Command::new("sh")
            .args(["-c", pipeline])
            .current_dir(&self.folder)
            .output()
            .expect("sh runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("base64 is ASCII")
    }

    fn openssl(&self, arguments: &str) {
        let output = Command::new("openssl")
            .args(arguments.split_whitespace())
            .current_dir(&self.folder)
            .output()
            .expect("openssl runs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {arguments}: {error}");
    }
}
