"""What is around us: received messages to facts, one car one object; builds the frozen View once a step."""
