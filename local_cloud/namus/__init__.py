"""A stand-in for the NamUs web API, on 127.0.0.1 only, that serves fictional cases and can fail on purpose.

Cases come from a folder, or are made up on the fly, or both. A folder holds one NamUs document (either shape) a file,
`*.json`, and the pictures as `images/{identityId}.jpg` (or .png, or any other suffix), by the `identityId` of the
document's `images`. Files are read again when they change: write a new version beside the old one and rename it, and
the next request sees it. A member `"_stand_in": {"alsoListedIn": ["Texas"]}` makes Search list the case under further
states; it is not served. Only MissingPersons are served, not the two other sets of NamUs.

Run-time controls, all JSON:

* `GET /_stand_in/switches`, `PUT /_stand_in/switches`: see `switches.Switches`. Members that a PUT leaves out return
  to what the server was started with.
* `GET /_stand_in/requests`: what was asked since the start or the last `DELETE /_stand_in/requests`, which answers 204.
"""
