"""What comes from elsewhere: other histories, packs, and logs of other programs.

Invariant: another file is only read. Things are the same when they have the same uid, and texts when they have the
same hash; numbers are given anew. What is in both stays as it is here, except that judgements, tags, stars and ends of
answers that one side lacks are added. So merging is repeatable, and both ways lead to the same runs.
"""
