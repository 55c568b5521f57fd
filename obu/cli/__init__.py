"""One file per verb, found by listing this folder; a verb whose library is missing apologises alone."""
