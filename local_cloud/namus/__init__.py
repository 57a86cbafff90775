"""A stand-in for the NamUs web API on 127.0.0.1. It serves fictional cases and injects faults.

Cases come from a folder, from a generator, or from both. The folder holds:

* `*.json`: one NamUs document a file, in either shape. Only MissingPersons are served.
* `images/{identityId}.jpg` (or any other suffix): the pictures, by the `identityId` in the document's `images`.

The stand-in reads changed files at the next request. To replace a file atomically, write a new file and rename it.
The member `"_stand_in": {"alsoListedIn": ["Texas"]}` lists a case under more states in Search; it is not served.

Runtime controls, all JSON:

* `GET /_stand_in/switches`, `PUT /_stand_in/switches`: see `switches.Switches`. A PUT resets the members that it leaves
  out to the values that the server was started with.
* `GET /_stand_in/requests`: counts of requests since the start or the last `DELETE /_stand_in/requests`.
"""
