<?php
# SPDX-License-Identifier: GPL-3.0-or-later
# The SP under test, by its own metadata. What it is given is told by words in
# a file, so that one server gives all kinds.

$work = getenv('INTEROP_WORK');
$kinds = explode(' ', trim(file_get_contents("$work/kinds")));
$sp = SimpleSAML\Metadata\SAMLParser::parseFile("$work/sp.xml")->getMetadata20SP();

$metadata[$sp['entityid']] = [
    'saml20.sign.assertion' => in_array('assertion', $kinds),
    'saml20.sign.response' => in_array('response', $kinds),
    'assertion.encryption' => in_array('encrypted', $kinds),
    'nameid.encryption' => in_array('name', $kinds),
] + $sp;
