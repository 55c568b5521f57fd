"""Random values of whole messages, with places on the globe, for the law that typed messages lose nothing."""
