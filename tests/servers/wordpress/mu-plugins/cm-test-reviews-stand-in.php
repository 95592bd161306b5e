<?php
/**
 * Plugin Name: CM Desktop tests: stand-in for WooCommerce's product reviews
 * Description: NOT WooCommerce. It answers /wc/v3/products/reviews in the shape of WooCommerce's
 *              REST API, from comments of type "review" on posts of type "product", so that the
 *              connector can be run against a real WordPress without that plugin.
 */

if ( ! get_option( 'cm_test_reviews' ) ) {
	return;
}

add_action(
	'init',
	function () {
		register_post_type(
			'product',
			array(
				'public'       => true,
				'label'        => 'Products',
				'supports'     => array( 'title', 'editor', 'comments' ),
				'show_in_rest' => true,
			)
		);
	}
);

function cm_test_may_read_reviews() {
	if ( current_user_can( 'moderate_comments' ) ) {
		return true;
	}
	$status = rest_authorization_required_code();
	return new WP_Error( 'woocommerce_rest_cannot_view', 'Sorry, you cannot list resources.', array( 'status' => $status ) );
}

function cm_test_review( $comment, $context ) {
	$words  = array( '0' => 'hold', '1' => 'approved' );
	$status = $words[ $comment->comment_approved ] ?? $comment->comment_approved;
	$links  = array(
		'self'       => array( array( 'href' => rest_url( 'wc/v3/products/reviews/' . $comment->comment_ID ) ) ),
		'collection' => array( array( 'href' => rest_url( 'wc/v3/products/reviews' ) ) ),
	);
	if ( $comment->user_id ) {
		$links['reviewer'] = array( array( 'href' => rest_url( 'wp/v2/users/' . $comment->user_id ), 'embeddable' => true ) );
	}
	$text = $comment->comment_content;
	return array(
		'id'                   => (int) $comment->comment_ID,
		'date_created'         => mysql_to_rfc3339( $comment->comment_date ),
		'date_created_gmt'     => mysql_to_rfc3339( $comment->comment_date_gmt ),
		'product_id'           => (int) $comment->comment_post_ID,
		'product_name'         => get_the_title( (int) $comment->comment_post_ID ),
		'product_permalink'    => get_permalink( (int) $comment->comment_post_ID ),
		'status'               => $status,
		'reviewer'             => $comment->comment_author,
		'reviewer_email'       => $comment->comment_author_email,
		'review'               => 'view' === $context ? wpautop( $text ) : $text,
		'rating'               => (int) get_comment_meta( $comment->comment_ID, 'rating', true ),
		'verified'             => false,
		'reviewer_avatar_urls' => rest_get_avatar_urls( $comment->comment_author_email ),
		'_links'               => $links,
	);
}

function cm_test_list_reviews( $request ) {
	$status = $request['status'] ?? 'approved';
	$number = (int) ( $request['per_page'] ?? 10 );
	$offset = (int) ( $request['offset'] ?? $number * ( (int) ( $request['page'] ?? 1 ) - 1 ) );
	$wanted = array(
		'type'          => 'review',
		'status'        => 'approved' === $status ? 'approve' : $status,
		'number'        => $number,
		'offset'        => $offset,
		'order'         => $request['order'] ?? 'desc',
		'orderby'       => 'id' === $request['orderby'] ? 'comment_ID' : 'comment_date_gmt',
		'comment__in'   => wp_parse_id_list( $request['include'] ?? array() ),
		'no_found_rows' => false,
	);
	if ( isset( $request['after'] ) ) {
		$wanted['date_query'] = array( array( 'after' => $request['after'] ) );
	}
	$query   = new WP_Comment_Query();
	$reviews = array();
	foreach ( $query->query( $wanted ) as $comment ) {
		$reviews[] = cm_test_review( $comment, $request['context'] ?? 'view' );
	}
	$response = rest_ensure_response( $reviews );
	$response->header( 'X-WP-Total', (int) $query->found_comments );
	$response->header( 'X-WP-TotalPages', (int) $query->max_num_pages );
	return $response;
}

function cm_test_one_review( $request ) {
	$comment = get_comment( (int) $request['id'] );
	if ( ! $comment || 'review' !== $comment->comment_type ) {
		return new WP_Error( 'woocommerce_rest_review_invalid_id', 'Invalid review ID.', array( 'status' => 404 ) );
	}
	return cm_test_review( $comment, $request['context'] ?? 'view' );
}

add_action(
	'rest_api_init',
	function () {
		$allowed = array( 'status' => array( 'enum' => array( 'all', 'hold', 'approved', 'spam', 'trash' ), 'type' => 'string' ) );
		$list    = array(
			'methods'             => 'GET',
			'callback'            => 'cm_test_list_reviews',
			'permission_callback' => 'cm_test_may_read_reviews',
			'args'                => $allowed,
		);
		$one     = array(
			'methods'             => 'GET',
			'callback'            => 'cm_test_one_review',
			'permission_callback' => 'cm_test_may_read_reviews',
		);
		register_rest_route( 'wc/v3', '/products/reviews', $list );
		register_rest_route( 'wc/v3', '/products/reviews/(?P<id>\d+)', $one );
	}
);
