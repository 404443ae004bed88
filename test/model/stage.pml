/*
 * The protocol of `tillgate dedup` for one partition: owners that crash, answers that are lost, requests that arrive late,
 * and Kafka's coordinator. It judges no records: each of them belongs in .unique once.
 *
 * Kafka as it behaves for a client that speaks EndTxn version 1: the request names no transaction, only the producer and
 * its epoch. So it ends whichever transaction of this epoch is open when it arrives (KAFKA-17754). In the same way a late
 * append joins the transaction that is open when it arrives, or opens one.
 *
 * Each of these makes a protocol that is wrong, and the checker has to find that: RESTORE_BEFORE_FENCE,
 * POSITION_OUTSIDE, ENDTXN_AGAIN, REUSE_AFTER_ERROR, ANSWER_UNCHECKED. NEVER_ENDS and NEVER_LATE claim what is false of the
 * right protocol: that it never gets to its end in the last epoch, and that a late EndTxn never commits anything.
 */
#define OWNERS  2
#define RECORDS 3
#define EPOCHS  5

#define NONE 255

/* The coordinator of the transactional id. */
mtype = { ended, ongoing, committing, aborting }
mtype transaction = ended
byte given = 0   /* epochs that were given out */
byte current = 0 /* the epoch that may write; 0 after a time-out or a fencing */

/* .unique: how often each record is in it, and in the transaction that has no marker yet. */
byte unique[RECORDS]
byte openUnique[RECORDS]
/* .journals: the position, and the one in the transaction that has no marker yet. */
byte position = 0
byte openPosition = NONE

/* Requests that are late, by the epoch of their sender. It waits for no answer any more. */
bit lateEndTxn[EPOCHS + 1]
byte lateUnique[EPOCHS + 1] /* the record plus one; 0 if there is none */

hidden byte r

#define MAY_WRITE(epoch) (epoch == current && (transaction == ended || transaction == ongoing))
/* Where no transaction is open, EndTxn counts as a repetition of the last one. */
#define MAY_END(epoch) MAY_WRITE(epoch)

inline endTxn(epoch) {
  transaction = (epoch == current && transaction == ongoing -> committing : transaction)
}

inline appendUnique(record) {
  transaction = ongoing;
  openUnique[record]++
}

/* The marker of a topic: its records become visible, or never will. */
inline markUnique() {
  r = 0;
  do
  :: r < RECORDS ->
    unique[r] = (transaction == committing -> unique[r] + openUnique[r] : unique[r]);
    openUnique[r] = 0;
    r++
  :: else -> break
  od;
  r = 0
}

inline markJournals() {
  if
  :: transaction == committing && openPosition != NONE ->
    assert(openPosition >= position); /* it never goes back */
    position = openPosition
  :: else
  fi;
  openPosition = NONE
}

/* Between two transactions .unique holds what is before the position: each record, and once. */
inline check() {
  r = 0;
  do
  :: r < RECORDS ->
    assert(unique[r] <= 1);
#ifndef POSITION_OUTSIDE
    assert(unique[r] == (r < position));
#endif
    r++
  :: else -> break
  od;
  r = 0;
#ifdef NEVER_ENDS
  assert(position < RECORDS || given < EPOCHS);
#endif
}

#ifdef NEVER_LATE
#define CHECK_LATE(epoch) assert(epoch != current || transaction != ongoing);
#else
#define CHECK_LATE(epoch)
#endif

#define ARRIVALS(epoch) \
  :: d_step { lateEndTxn[epoch] -> CHECK_LATE(epoch) endTxn(epoch); lateEndTxn[epoch] = 0 } \
  :: d_step { lateUnique[epoch] > 0 && MAY_WRITE(epoch) -> \
      appendUnique(lateUnique[epoch] - 1); lateUnique[epoch] = 0 } \
  :: d_step { lateUnique[epoch] > 0 && epoch != current -> lateUnique[epoch] = 0 }

active proctype Coordinator() {
end:
  do
  /* The topics have other leaders: one marker comes after the other, in either order. */
  :: transaction == committing || transaction == aborting ->
    if
    :: d_step { markUnique() }; d_step { markJournals() }
    :: d_step { markJournals() }; d_step { markUnique() }
    fi;
    d_step { check(); transaction = ended }
  /* The time-out of a transaction aborts it, and fences its owner. */
  :: d_step { transaction == ongoing -> transaction = aborting; current = 0 }
  ARRIVALS(1)
  ARRIVALS(2)
  ARRIVALS(3)
  ARRIVALS(4)
  ARRIVALS(5)
  od
}

/* It may give up at every step: it was killed, or fenced, or an answer was lost. What it has asked may still arrive. */
active [OWNERS] proctype Owner() {
  byte my, next;
  bit isUnique, isPosition;
#ifdef POSITION_OUTSIDE
  bit isSecond;
#endif

fence:
  atomic { my = 0; next = 0; isUnique = 0; isPosition = 0 };
#ifdef POSITION_OUTSIDE
  isSecond = 0;
#endif
#ifdef RESTORE_BEFORE_FENCE
  d_step { openPosition == NONE -> next = position };
#endif
  /* InitProducerId ends the transaction that is open, and is answered when its markers are written. */
end_fence:
  do
  :: d_step { transaction == ongoing && given < EPOCHS -> transaction = aborting; current = 0 }
  :: d_step { transaction == ended && given < EPOCHS -> given++; current = given; my = given }; break
  od;

restore:
#ifndef RESTORE_BEFORE_FENCE
  if
  :: atomic { openPosition == NONE -> next = position } /* to the end, which a transaction of a later owner hides */
  :: goto fence
  fi;
#endif

judge:
  atomic { isUnique = 0; isPosition = 0 };
end_judge:
  if
  :: next < RECORDS
  :: goto fence
  fi;

append:
  /* The topics have other leaders, and are asked at once. */
  do
#ifdef POSITION_OUTSIDE
  :: d_step { isSecond && !isUnique -> isUnique = 1 }
  :: d_step { !isSecond && !isPosition -> isPosition = 1 }
  :: d_step { !isSecond && !isUnique && MAY_WRITE(my) -> appendUnique(next); isUnique = 1 }
  :: d_step { isSecond && !isPosition && MAY_WRITE(my) -> transaction = ongoing; openPosition = next + 1; isPosition = 1 }
#else
  :: d_step { !isUnique && MAY_WRITE(my) -> appendUnique(next); isUnique = 1 }
  :: d_step { !isPosition && MAY_WRITE(my) -> transaction = ongoing; openPosition = next + 1; isPosition = 1 }
#endif
#ifdef ANSWER_UNCHECKED
  :: d_step { !isPosition -> isPosition = 1 } /* it was not written, and the answer does not name it */
#endif
  :: d_step { !isUnique && lateUnique[my] == 0 -> lateUnique[my] = next + 1 }; goto failed
  :: isUnique && isPosition -> break
  :: goto failed
  od;

commit:
  if
  :: d_step { MAY_END(my) -> endTxn(my) } /* answered */
  :: d_step { MAY_END(my) -> endTxn(my) }; goto unanswered
  :: d_step { !lateEndTxn[my] -> lateEndTxn[my] = 1 }; goto unanswered
  :: goto failed
  fi;
#ifdef POSITION_OUTSIDE
  if
  :: !isSecond -> d_step { isSecond = 1; isUnique = 0; isPosition = 0 }; goto append
  :: else -> isSecond = 0
  fi;
#endif
  next++;
  goto judge;

unanswered:
#ifdef ENDTXN_AGAIN
  goto commit;
#endif
failed:
#ifdef REUSE_AFTER_ERROR
  goto restore
#else
  goto fence
#endif
}
