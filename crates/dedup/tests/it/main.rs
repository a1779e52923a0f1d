//! What an alert does to the incidents of its identity: told as a table, and compared with a
//! second, naive telling of the rules over random histories.

#[cfg(test)]
mod random;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod table;
#[cfg(test)]
mod world;
