//! Block-lattice rules on an embedded store; cementing.
