<?php
# SPDX-License-Identifier: GPL-3.0-or-later
# simpleSAMLphp as an IdP for one test run: all that it writes is below
# INTEROP_WORK. Its URL is taken from the request, so the port may be any.

$work = getenv('INTEROP_WORK');

$config = [
    'baseurlpath' => '/',
    'certdir' => "$work/",
    'loggingdir' => "$work/",
    'datadir' => "$work/",
    'tempdir' => "$work/tmp",
    'metadatadir' => __DIR__ . '/metadata/',
    'metadata.sources' => [
        ['type' => 'flatfile', 'directory' => __DIR__ . '/metadata/'],
    ],
    'attributenamemapdir' => '/etc/simplesamlphp/attributemap/',

    'secretsalt' => bin2hex(random_bytes(16)),
    'auth.adminpassword' => bin2hex(random_bytes(16)),
    'timezone' => 'UTC',
    'technicalcontact_email' => 'na@example.org',
    'enable.saml20-idp' => true,
    'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],

    'logging.level' => SimpleSAML\Logger::INFO,
    'logging.handler' => 'file',
    'logging.logfile' => 'simplesamlphp.log',
    'showerrors' => true,
    'errorreporting' => false,
    'admin.checkforupdates' => false,

    'store.type' => 'phpsession',
    'session.phpsession.savepath' => "$work/tmp",
    'session.cookie.secure' => false,
    'session.cookie.samesite' => null,
    'language.default' => 'en',
    'language.available' => ['en'],
    'theme.use' => 'default',
];
