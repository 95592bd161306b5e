<?php
/**
 * Settings of the throw-away WordPress that tests/servers/wordpress.py starts.
 *
 * The site goes by whatever loopback address it is asked under, so that a test can put
 * a proxy in front of it.
 */
$cm_address = $_SERVER['HTTP_HOST'] ?? ( '127.0.0.1:' . getenv( 'CM_TEST_PORT' ) );

define( 'DB_NAME', 'wp' );
define( 'DB_USER', 'wp' );
define( 'DB_PASSWORD', 'wp' );
define( 'DB_HOST', 'localhost:' . getenv( 'CM_TEST_SOCKET' ) );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );

define( 'WP_HOME', 'http://' . $cm_address );
define( 'WP_SITEURL', 'http://' . $cm_address );
// Only a "local" site offers application passwords without TLS.
define( 'WP_ENVIRONMENT_TYPE', 'local' );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'DISABLE_WP_CRON', true );
define( 'AUTOMATIC_UPDATER_DISABLED', true );

foreach ( array( 'AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE' ) as $cm_name ) {
	define( $cm_name . '_KEY', 'test only ' . $cm_name );
	define( $cm_name . '_SALT', 'test only salt ' . $cm_name );
}

$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';
