"""A problem cut into stores, and what each store can come to."""
