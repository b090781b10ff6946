// Decorators of entities and data transfer objects record their types through this.
import 'reflect-metadata';
