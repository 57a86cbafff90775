"""The camera program (`homeward-edge`): takes one to three good shots of each passer-by and sends them to Homeward."""
