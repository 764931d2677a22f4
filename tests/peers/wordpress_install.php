<?php
// Installs WordPress into its empty database: php wordpress_install.php ROOT ADDRESS
[, $root, $address] = $argv;
$_SERVER['HTTP_HOST'] = parse_url($address, PHP_URL_HOST) . ':' . parse_url($address, PHP_URL_PORT);
$_SERVER['REQUEST_URI'] = '/';
define('WP_INSTALLING', true);
require "$root/wp-load.php";
require_once "$root/wp-admin/includes/upgrade.php";
function wp_new_blog_notification(...$ignored) {} // sends no mail
wp_install('Peer', 'admin', 'admin@mail.example', true, '', 'a password for tests');
update_option('siteurl', rtrim($address, '/'));
update_option('home', rtrim($address, '/'));
update_option('stylesheet', 'peer');
update_option('template', 'peer');
update_option('timezone_string', 'Europe/Istanbul');
update_option('permalink_structure', '/%postname%/');
update_option('thread_comments', 1);
update_option('thread_comments_depth', 10);
update_option('page_comments', 1);
update_option('comments_per_page', 15);
update_option('default_comments_page', 'oldest');
flush_rewrite_rules();
