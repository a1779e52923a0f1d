//! A file system that the kernel has mounted read-only, as it does after an error of the disk.

use crate::support::{Cli, Fault, FaultyDisk, Fire, Server, unlimited_on};

#[test]
fn a_read_only_file_system_is_a_503_until_it_takes_writes_again() {
    let disk = FaultyDisk::new();
    let mut server = Server::builder_for(unlimited_on(Cli::on_file())).envs(&disk.env()).start();
    let mut fire = Fire::at(&server);
    fire.takes_deliveries(&server);

    disk.fail(Fault::ReadOnly);
    fire.refuses_all(&server, 20);
    assert!(disk.hits() > 0, "the library is not in the server");
    Fire::is_not_ready(&server);
    // What is there can still be read.
    fire.holds(&server);
    disk.work();
    Fire::is_ready(&server);
    fire.takes_deliveries(&server);
    fire.holds(&server);
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
}
