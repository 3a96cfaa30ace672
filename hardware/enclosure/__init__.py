"""The case: parameters, the check that everything fits, pictures and printable parts."""
