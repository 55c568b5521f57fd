"""Where the vehicle is, was and will be: receiver sentences to fixes, path history, path prediction."""
