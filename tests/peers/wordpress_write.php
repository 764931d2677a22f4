<?php
// Writes posts with comments, as JSON on standard input has them, and prints the numbers they got:
// php wordpress_write.php ROOT ADDRESS < posts.json
// A post: {"slug", "closed", "password", "comments": […]}; a comment: {"text", "author", "account", "state", "type",
// "parent"}, where `parent` is the position of an earlier comment, from 0, and `account` the name of a registered reader.
[, $root, $address] = $argv;
$_SERVER['HTTP_HOST'] = parse_url($address, PHP_URL_HOST) . ':' . parse_url($address, PHP_URL_PORT);
$_SERVER['REQUEST_URI'] = '/';
require "$root/wp-load.php";
$written = [];
foreach (json_decode(file_get_contents('php://stdin'), true) as $post) {
    $number = wp_insert_post([
        'post_name' => $post['slug'], 'post_title' => $post['slug'], 'post_status' => 'publish', 'post_author' => 1,
        'post_content' => str_repeat('A paragraph of the story. ', 20), 'comment_status' => $post['closed'] ? 'closed' : 'open',
        'post_password' => $post['password'],
    ], true);
    $numbers = [];
    foreach ($post['comments'] as $n => $comment) {
        $account = 0;
        if ($comment['account'] !== null) {
            $known = get_user_by('login', $comment['account']);
            $account = $known ? $known->ID : wp_create_user($comment['account'], 'pw', $comment['account'] . '@mail.example');
        }
        $minute = gmdate('Y-m-d H:i:s', 1714564800 + 60 * $n); // 2024-05-01 12:00 UTC and later
        $numbers[] = wp_insert_comment([
            'comment_post_ID' => $number, 'comment_content' => $comment['text'], 'comment_author' => $comment['author'],
            'comment_author_email' => 'writer@mail.example', 'comment_author_url' => 'https://writer.example/',
            'comment_author_IP' => '10.1.2.3', 'user_id' => $account, 'comment_type' => $comment['type'],
            'comment_approved' => $comment['state'],
            'comment_parent' => $comment['parent'] === null ? 0 : $numbers[$comment['parent']],
            'comment_date_gmt' => $minute, 'comment_date' => get_date_from_gmt($minute),
        ]);
    }
    $written[] = ['post' => $number, 'comments' => $numbers];
}
echo json_encode($written);
