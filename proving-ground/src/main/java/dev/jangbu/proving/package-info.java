/**
 * A stranger to the services, who knows what is public: HTTP, SQL with the auditor's role, Kafka, and the contracts. What is
 * promised elsewhere is checked here, from outside.
 */
@NullMarked
package dev.jangbu.proving;

import org.jspecify.annotations.NullMarked;
