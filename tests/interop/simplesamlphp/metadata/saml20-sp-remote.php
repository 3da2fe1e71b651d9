<?php
# SPDX-License-Identifier: GPL-3.0-or-later
# The SP under test. Whether the Response is signed besides the assertion is
# told by a file, so that one server gives both kinds to one SP.

$metadata[getenv('INTEROP_SP')] = [
    'AssertionConsumerService' => getenv('INTEROP_ACS'),
    'NameIDFormat' => 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
    'saml20.sign.assertion' => true,
    'saml20.sign.response' => file_exists(getenv('INTEROP_WORK') . '/sign-response'),
];
