"""Pages made only of components, filled with what is hard to show. No part of the product: tests visit them."""
