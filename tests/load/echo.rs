//! The yardstick: a bare actix-web server that reads a body and answers 202. It stores nothing.
//! `echo ADDRESS`; prints the address that it bound.

#![expect(clippy::print_stdout, reason = "prints its address for the script that started it")]

use actix_web::{App, HttpResponse, HttpServer, web};

async fn echo(body: web::Bytes) -> HttpResponse {
    HttpResponse::Accepted().content_type("application/json").body(body)
}

fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    actix_web::rt::System::new().block_on(async {
        let server = HttpServer::new(|| {
            App::new().service(web::resource("/webhooks/{key}").route(web::post().to(echo)))
        })
        .workers(std::thread::available_parallelism().map_or(2, usize::from))
        .bind(address)?;
        for address in server.addrs() {
            println!("listening on http://{address}");
        }
        server.run().await
    })
}
