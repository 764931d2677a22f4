<!DOCTYPE html>
<html <?php language_attributes(); ?>>
<head><meta charset="<?php bloginfo('charset'); ?>"><title><?php wp_title(''); ?></title><?php wp_head(); ?></head>
<body <?php body_class(); ?>>
<main>
<?php while (have_posts()) : the_post(); ?>
    <article <?php post_class(); ?>><h1><?php the_title(); ?></h1><?php the_content(); ?></article>
    <?php comments_template(); ?>
<?php endwhile; ?>
</main>
<?php wp_footer(); ?>
</body>
</html>
