<?php
/**
 * Plugin Name: CM Desktop tests: switches
 * Description: Lets a test choose what the site does. Never for a real site.
 */

// All visitors of a test come from 127.0.0.1, which WordPress takes for a flood.
add_filter(
	'wp_is_comment_flood',
	function ( $is_flood ) {
		return get_option( 'cm_test_flood' ) ? $is_flood : false;
	},
	99
);

// What a security plugin does that closes the REST API.
add_filter(
	'rest_authentication_errors',
	function ( $result ) {
		if ( get_option( 'cm_test_rest_closed' ) ) {
			return new WP_Error( 'rest_disabled', 'The REST API is disabled on this site.', array( 'status' => 403 ) );
		}
		return $result;
	}
);
