package dev.jangbu.api.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a call answers with, for the description of the API: its handler returns bytes, from which that can't be read. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Answers {

    /** The record that is written as JSON. */
    Class<? extends Record> value();

    /** Whether the answer is a page of a list of them. */
    boolean list() default false;
}
