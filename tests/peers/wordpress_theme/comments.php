<section id="comments" class="comments-area">
    <h2 class="comments-title"><?php echo get_comments_number(); ?> comments</h2>
    <ol class="comment-list"><?php wp_list_comments(); ?></ol>
    <?php the_comments_navigation(); ?>
    <?php comment_form(); ?>
</section>
