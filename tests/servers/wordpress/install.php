<?php
/**
 * Fill an empty database: one administrator, one post, comments open to everybody.
 *
 * Run by tests/servers/wordpress.py with the folder of the site as its argument; prints
 * the administrator's application password.
 */
define( 'WP_INSTALLING', true );
require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';

wp_install( 'Bäckerei Krume', 'admin', 'admin@example.org', true, '', 'adminpass' );
update_option( 'comment_previously_approved', 0 );
update_option( 'comment_moderation', 0 );
update_option( 'timezone_string', 'Europe/Berlin' );
wp_delete_comment( 1, true );
wp_update_post( array( 'ID' => 1, 'post_title' => 'Brot & Brötchen', 'post_name' => 'brot' ) );

list( $cm_password ) = WP_Application_Passwords::create_new_application_password( 1, array( 'name' => 'cm' ) );
echo WP_Application_Passwords::chunk_password( $cm_password );
