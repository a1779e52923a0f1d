//! Flushes that fail: SQLite cannot make anything durable until they work again.

use crate::support::{Cli, Fault, FaultyDisk, Fire, Server, unlimited_on};

fn server(disk: &FaultyDisk) -> Server {
    Server::builder_for(unlimited_on(Cli::on_file())).envs(&disk.env()).start()
}

#[test]
fn a_failing_flush_is_a_503_and_never_a_202() {
    let disk = FaultyDisk::new();
    let mut server = server(&disk);
    let mut fire = Fire::at(&server);
    fire.takes_deliveries(&server);

    disk.fail(Fault::Flush);
    fire.refuses_all(&server, 20);
    assert!(disk.hits() > 0, "the library is not in the server");
    Fire::is_not_ready(&server);
    disk.work();
    // Nobody sends anything now: the server looks by itself.
    Fire::is_ready(&server);
    fire.takes_deliveries(&server);

    // The page cache goes on where the process ends; what is asked here is that nothing which was
    // taken back comes up again as a second effect.
    server.kill();
    server.restart();
    fire.holds(&server);
}

#[test]
fn a_kill_while_flushes_fail_loses_nothing_that_was_answered() {
    let disk = FaultyDisk::new();
    let mut server = server(&disk);
    let mut fire = Fire::at(&server);
    for _ in 0..3 {
        fire.takes_deliveries(&server);
        disk.fail(Fault::Flush);
        fire.refuses_all(&server, 5);
        server.kill();
        disk.work();
        server.restart();
        fire.moved_to(&server);
        fire.holds(&server);
    }
    Fire::is_ready(&server);
    fire.takes_deliveries(&server);
    fire.holds(&server);
}

#[test]
fn load_flushes_that_fail_again_and_again_under_load() {
    let disk = FaultyDisk::new();
    let server = server(&disk);
    let mut fire = Fire::at(&server);
    fire.under_load(&server, 4, |load| {
        for round in 1..=5 {
            load.wait_for(round * 40);
            let before = disk.hits();
            disk.fail(Fault::Flush);
            crate::support::eventually("a flush fails", std::time::Duration::from_secs(30), || {
                (disk.hits() > before + 2).then_some(())
            });
            disk.work();
        }
        load.wait_for(load.accepted() + 40);
    });
    Fire::is_ready(&server);
    fire.holds(&server);
}
