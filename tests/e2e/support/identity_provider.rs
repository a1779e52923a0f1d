//! An identity provider of the tests' own (OpenID Connect): real HTTP, keys made by openssl, and as
//! strict as a provider must be about codes, PKCE and the client's secret.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::ServerBuilder;
use super::story::{hmac, now_s};

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signed {
    /// RS256, by the key that is in use.
    Rs256,
    /// ES256.
    Es256,
    /// Not at all: `alg` is `none`.
    Not,
    /// HS256, with the text of the public RSA key as the password: everybody knows it.
    WithThePublicKey,
    /// RS256, by a key that is not published.
    Unpublished,
    /// RS256, by a key that is not published, under the name of one that is.
    Forged,
    /// ES256 in the header, and the signature of the RSA key.
    Mixed,
}

/// The provider, on a free port, until the test ends.
pub(crate) struct IdentityProvider {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    folder: TempDir,
    issuer: String,
    state: Mutex<State>,
}

struct State {
    /// The RSA key in use: 1, 2.
    key: u8,
    signed: Signed,
    /// What tokens say otherwise than they should.
    changes: Value,
    /// What the token endpoint answers in place of a token.
    fails: Option<(u16, String)>,
    grants: HashMap<String, Grant>,
    used: HashSet<String>,
    asked: Vec<String>,
}

/// What a code was given for.
#[derive(Clone)]
struct Grant {
    challenge: String,
    nonce: String,
    redirect_uri: String,
}

impl IdentityProvider {
    /// What it calls the server, and what the server shows it: both with letters that must be
    /// encoded.
    pub(crate) const CLIENT_ID: &str = "watchbell tests";
    const CLIENT_SECRET: &str = "s:e%c+r t/ü";

    /// Makes its keys, and starts it.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = "set -e
            for key in rsa-1 rsa-2 rsa-9; do openssl genrsa -out $key.pem 2048; done
            openssl rsa -in rsa-1.pem -pubout -out public.pem
            openssl ecparam -name prime256v1 -genkey -noout -out ec.pem";
        let output =
            Command::new("sh").args(["-c", script]).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = State {
            key: 1,
            signed: Signed::Rs256,
            changes: json!({}),
            fails: None,
            grants: HashMap::new(),
            used: HashSet::new(),
            asked: Vec::new(),
        };
        let issuer = format!("http://{address}/realms/acme");
        let shared = Arc::new(Shared { folder, issuer, state: Mutex::new(state) });
        let its = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                // Whoever hangs up early learns nothing; the next one is served.
                drop(its.answer(&stream.unwrap()));
            }
        });
        Self { address, shared }
    }

    /// A server whose people may sign in here.
    pub(crate) fn known_to(&self, server: ServerBuilder) -> ServerBuilder {
        server
            .set("oidc.issuer", &self.shared.issuer)
            .set("oidc.client_id", Self::CLIENT_ID)
            .set("oidc.client_secret", Self::CLIENT_SECRET)
            .set("oidc.name", "Acme ID")
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.shared.issuer
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Signs tokens otherwise from now on.
    pub(crate) fn sign(&self, signed: Signed) {
        self.shared.state.lock().unwrap().signed = signed;
    }

    /// Tokens say this from now on where they should say something else.
    pub(crate) fn say(&self, changes: Value) {
        self.shared.state.lock().unwrap().changes = changes;
    }

    /// Takes another RSA key, and publishes the one of before no longer.
    pub(crate) fn rotate(&self) {
        self.shared.state.lock().unwrap().key = 2;
    }

    /// The token endpoint answers this from now on.
    pub(crate) fn fail(&self, status: u16, body: &str) {
        self.shared.state.lock().unwrap().fails = Some((status, body.to_owned()));
    }

    /// How often this path was asked for.
    pub(crate) fn asked(&self, path: &str) -> usize {
        let state = self.shared.state.lock().unwrap();
        state.asked.iter().filter(|asked| asked.ends_with(path)).count()
    }

    /// Somebody signs in at the address that the server has sent them to: gives what stands after
    /// `?` in the address that they are sent back to.
    pub(crate) fn authorize(&self, location: &str) -> String {
        let wanted = format!("{}/authorize?tenant=1&", self.origin());
        let asked = pairs(location.strip_prefix(&wanted).unwrap_or_else(|| panic!("{location}")));
        let value = |name: &str| asked.get(name).unwrap_or_else(|| panic!("{name}: {location}"));
        assert_eq!(value("response_type"), "code");
        assert_eq!(value("client_id"), Self::CLIENT_ID);
        assert_eq!(value("code_challenge_method"), "S256");
        let mut scopes = value("scope").split(' ');
        assert!(scopes.clone().any(|scope| scope == "openid") && scopes.any(|one| one == "email"));
        let grant = Grant {
            challenge: value("code_challenge").clone(),
            nonce: value("nonce").clone(),
            redirect_uri: value("redirect_uri").clone(),
        };
        assert!(grant.redirect_uri.ends_with("/api/v1/auth/oidc/callback"), "{location}");
        assert!(grant.nonce.len() >= 32 && value("state").len() >= 32, "{location}");
        let mut state = self.shared.state.lock().unwrap();
        let code = format!("code-{}", state.grants.len());
        state.grants.insert(code.clone(), grant);
        // Providers add what they like.
        format!("code={code}&state={}&session_state=x&authuser=0", value("state"))
    }
}

impl Shared {
    /// Answers one request.
    fn answer(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream);
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            head.push(line.trim().to_owned());
        }
        let header = |name: &str| {
            head.iter().find_map(|line| {
                let (found, value) = line.split_once(':')?;
                found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            })
        };
        let length = header("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let target = head[0].split(' ').nth(1).unwrap_or_default();
        self.state.lock().unwrap().asked.push(target.to_owned());
        let (status, answer) = match target {
            "/realms/acme/.well-known/openid-configuration" => (200, self.description()),
            "/keys" => (200, self.keys()),
            "/token" => self.token(header("authorization").as_deref(), &body),
            _ => (404, "{}".to_owned()),
        };
        let length = answer.len();
        write!(
            stream,
            "HTTP/1.1 {status} -\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        )?;
        stream.write_all(answer.as_bytes())
    }

    fn description(&self) -> String {
        let origin = self.issuer.strip_suffix("/realms/acme").unwrap();
        json!({
            "issuer": self.issuer,
            "authorization_endpoint": format!("{origin}/authorize?tenant=1"),
            "token_endpoint": format!("{origin}/token"),
            "jwks_uri": format!("{origin}/keys"),
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        })
        .to_string()
    }

    fn keys(&self) -> String {
        let key = self.state.lock().unwrap().key;
        let rsa =
            openssl(self.folder.path(), &format!("rsa -in rsa-{key}.pem -noout -modulus"), b"");
        let rsa = String::from_utf8(rsa).unwrap();
        let modulus = unhex(rsa.trim().strip_prefix("Modulus=").unwrap());
        // The point is at the end of what openssl writes.
        let ec = openssl(self.folder.path(), "pkey -in ec.pem -pubout -outform DER", b"");
        let (x, y) = ec[ec.len() - 64..].split_at(32);
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({"keys": [
            {"kty": "oct", "kid": "other", "k": "AAAA"},
            {"kty": "RSA", "kid": format!("rsa-{key}"), "use": "sig", "alg": "RS256",
             "n": text(&modulus), "e": "AQAB"},
            {"kty": "EC", "kid": "ec", "crv": "P-256", "x": text(x), "y": text(y)},
        ]})
        .to_string()
    }

    /// A token for a code: once, to the client that it was given to, with its verifier.
    fn token(&self, authorization: Option<&str>, body: &[u8]) -> (u16, String) {
        let mut state = self.state.lock().unwrap();
        if let Some((status, body)) = &state.fails {
            return (*status, body.clone());
        }
        let pair = authorization.and_then(|value| value.strip_prefix("Basic "));
        let pair = pair.and_then(|pair| STANDARD.decode(pair).ok()).unwrap_or_default();
        let pair = String::from_utf8(pair).unwrap();
        let (id, secret) = pair.split_once(':').unwrap_or_default();
        let both = pairs(&format!("id={id}&secret={secret}"));
        let (id, secret) = (both["id"].as_str(), both["secret"].as_str());
        if (id, secret) != (IdentityProvider::CLIENT_ID, IdentityProvider::CLIENT_SECRET) {
            return (401, json!({"error": "invalid_client"}).to_string());
        }
        let asked = pairs(std::str::from_utf8(body).unwrap());
        let code = asked["code"].clone();
        let grant = state.grants.get(&code).cloned();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(asked["code_verifier"].as_bytes()));
        let good = grant.filter(|grant| {
            asked["grant_type"] == "authorization_code"
                && asked["redirect_uri"] == grant.redirect_uri
                && challenge == grant.challenge
        });
        let Some(grant) = good.filter(|_| state.used.insert(code)) else {
            return (400, json!({"error": "invalid_grant"}).to_string());
        };
        let token = self.signed(&state, &grant);
        (200, json!({"access_token": "x", "token_type": "Bearer", "id_token": token}).to_string())
    }

    fn signed(&self, state: &State, grant: &Grant) -> String {
        let now = now_s();
        let mut claims = json!({
            "iss": self.issuer, "sub": "248289761001", "aud": IdentityProvider::CLIENT_ID,
            "exp": now + 300, "iat": now, "nonce": grant.nonce, "name": "Ada Lovelace",
            "email": "Ada@Example.com", "email_verified": true,
        });
        for (name, value) in state.changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        // Each address is an account's, unless the test says otherwise.
        if let (None, Some(email)) = (state.changes.get("sub"), claims["email"].as_str()) {
            claims["sub"] = json!(email.to_lowercase());
        }
        let rsa = format!("rsa-{}", state.key);
        let (alg, kid) = match state.signed {
            Signed::Rs256 | Signed::Forged => ("RS256", rsa.as_str()),
            Signed::Es256 | Signed::Mixed => ("ES256", "ec"),
            Signed::Not => ("none", rsa.as_str()),
            Signed::WithThePublicKey => ("HS256", rsa.as_str()),
            Signed::Unpublished => ("RS256", "rsa-9"),
        };
        let header = json!({"alg": alg, "kid": kid, "typ": "JWT"});
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&header), part(&claims));
        let by = |key: &str| {
            let command = format!("dgst -sha256 -sign {key}.pem");
            openssl(self.folder.path(), &command, text.as_bytes())
        };
        let signature = match state.signed {
            Signed::Rs256 | Signed::Mixed => by(&rsa),
            Signed::Unpublished | Signed::Forged => by("rsa-9"),
            Signed::Es256 => both_numbers(&by("ec")),
            Signed::Not => Vec::new(),
            Signed::WithThePublicKey => {
                let pem = std::fs::read_to_string(self.folder.path().join("public.pem")).unwrap();
                unhex(&hmac(&pem, &text))
            }
        };
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// What openssl makes of `input`.
fn openssl(folder: &Path, command: &str, input: &[u8]) -> Vec<u8> {
    let mut process = Command::new("openssl")
        .args(command.split(' '))
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Not every command reads it.
    drop(process.stdin.take().unwrap().write_all(input));
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success() && !output.stdout.is_empty(), "{command}: {output:?}");
    output.stdout
}

/// Both numbers of a signature with 32 bytes each, out of the sequence that openssl writes.
fn both_numbers(der: &[u8]) -> Vec<u8> {
    let mut rest = &der[2..];
    let mut both = Vec::new();
    for _ in 0..2 {
        let (number, after) = rest[2..].split_at(usize::from(rest[1]));
        let digits = &number[number.len().saturating_sub(32)..];
        both.extend(std::iter::repeat_n(0, 32 - digits.len()));
        both.extend(digits);
        rest = after;
    }
    both
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

/// The pairs of a query or a form.
fn pairs(text: &str) -> HashMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}
