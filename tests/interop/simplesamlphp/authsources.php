<?php
# SPDX-License-Identifier: GPL-3.0-or-later
# The one person who can log in; the tests read the same file.

$person = json_decode(file_get_contents(__DIR__ . '/person.json'), true);

$config = [
    'people' => [
        'exampleauth:UserPass',
        $person['user'] . ':' . $person['password'] => $person['attributes'],
    ],
];
