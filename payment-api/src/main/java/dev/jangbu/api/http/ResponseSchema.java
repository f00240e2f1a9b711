package dev.jangbu.api.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The schema of a handler's response, for the OpenAPI document. Handlers return bytes, which carry no type. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface ResponseSchema {

    /** The record that is serialised as JSON. */
    Class<? extends Record> value();

    /** Whether the response is a page of a list of such records. */
    boolean list() default false;
}
