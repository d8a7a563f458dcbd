"""What rsync doesn't see by sizes and times: content is compared, here with the server's and now with before."""
