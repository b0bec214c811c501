"""Rules indexed, and each made ready once: what a cart meets before anything is priced."""
