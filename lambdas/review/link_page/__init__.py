"""The page behind a link: plain HTML that works on a phone, without scripts or content from other sites."""
