"""What is particular to comments besides their text: who wrote them, as far as may be known."""
