package scala;

public abstract class Option<A> {
    public abstract boolean isEmpty();

    public abstract A get();
}
