"""Orders from reservation to refund."""
