/**
 * The habits of the house that no linter knows. Each rule is a function of one parsed file to a list of
 * `{ node, message }`. Pure: text in, findings out; scripts/check-house.mjs walks the files.
 */
import ts from 'typescript';

export const LIMITS = { fileLines: 300, functionLines: 60, constructorParameters: 6 };

const isSpec = (path) => /\.(spec|e2e-spec)\.ts$/.test(path);
const isProduction = (path) => /^(src|libs)\//.test(path) && !isSpec(path);
const isConfigLib = (path) => path.startsWith('libs/config/');
const speaksSql = (path) =>
  path.endsWith('.repository.ts') || /^(libs\/database|migrations|test)\//.test(path) || path === 'src/data-source.ts';

function* walk(node) {
  yield node;
  for (const child of node.getChildren()) yield* walk(child);
}

const descendants = (file, is) => [...walk(file)].filter((node) => is(node));

const lineSpan = (file, node) =>
  file.getLineAndCharacterOfPosition(node.end).line - file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;

/** Names imported from `from` (a module name or a test of one), with the node that names each. */
function importedNames(file, from) {
  return file.statements
    .filter((statement) => ts.isImportDeclaration(statement) && from(statement.moduleSpecifier.text))
    .flatMap((statement) => {
      const bindings = statement.importClause?.namedBindings;
      return bindings && ts.isNamedImports(bindings) ? bindings.elements : [];
    })
    .map((node) => ({ node, name: (node.propertyName ?? node.name).text }));
}

const decoratorNames = (node) =>
  (ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : []).map((decorator) => {
    const callee = ts.isCallExpression(decorator.expression) ? decorator.expression.expression : decorator.expression;
    return callee.getText();
  });

const HANDLER = new Set(['Get', 'Post', 'Put', 'Patch', 'Delete', 'All', 'Head', 'Options', 'Sse', 'Endpoint']);

function fileLength({ path, file, lines }) {
  if (!isProduction(path) || lines <= LIMITS.fileLines) return [];
  return [{ node: file, message: `${lines} lines; the limit is ${LIMITS.fileLines}. Split it by responsibility.` }];
}

function functionLength({ path, file }) {
  if (!isProduction(path)) return [];
  return descendants(file, (node) => ts.isFunctionLike(node) && node.body !== undefined)
    .map((node) => ({ node, lines: lineSpan(file, node.body) }))
    .filter(({ lines }) => lines > LIMITS.functionLines)
    .map(({ node, lines }) => ({
      node,
      message: `a function of ${lines} lines; the limit is ${LIMITS.functionLines}. Name its steps.`,
    }));
}

function constructorWidth({ path, file }) {
  if (!isProduction(path)) return [];
  return descendants(file, ts.isConstructorDeclaration)
    .filter((node) => node.parameters.length > LIMITS.constructorParameters)
    .map((node) => ({
      node,
      message: `a constructor of ${node.parameters.length} dependencies; the limit is ${LIMITS.constructorParameters}. The class does too much.`,
    }));
}

function environment({ path, file }) {
  if (!isProduction(path) || isConfigLib(path)) return [];
  const readsEnv = (node) =>
    (ts.isPropertyAccessExpression(node) &&
      node.name.text === 'env' &&
      /^(globalThis\.)?process$/.test(node.expression.getText(file))) ||
    (ts.isBindingElement(node) &&
      node.name.getText(file) === 'env' &&
      node.parent.parent.initializer?.getText(file) === 'process');
  const named = importedNames(file, (name) => /^(node:)?process$/.test(name)).filter(({ name }) => name === 'env');
  return [...descendants(file, readsEnv).map((node) => ({ node })), ...named].map(({ node }) => ({
    node,
    message: 'only libs/config reads the environment; declare a configuration slice beside its owner.',
  }));
}

function httpBelowController({ path, file }) {
  if (!/\.(service|repository|policy)\.ts$/.test(path)) return [];
  return importedNames(file, (name) => name === '@nestjs/common')
    .filter(({ name }) => name.endsWith('Exception') || name === 'HttpStatus')
    .map(({ node, name }) => ({
      node,
      message: `${name} is HTTP; throw a DomainError, libs/http maps its kind to a status.`,
    }));
}

const DATA_ACCESS =
  /^(Repository|TreeRepository|DataSource|EntityManager|QueryRunner|InjectRepository|InjectDataSource|InjectEntityManager)$/;

function sqlInRepositories({ path, file }) {
  if (speaksSql(path) || isSpec(path)) return [];
  return importedNames(file, (name) => name === 'typeorm' || name === '@nestjs/typeorm')
    .filter(({ name }) => DATA_ACCESS.test(name))
    .map(({ node, name }) => ({ node, message: `${name} belongs in a *.repository.ts or in libs/database.` }));
}

function oneStatementHandlers({ path, file }) {
  if (!path.endsWith('.controller.ts')) return [];
  return descendants(file, ts.isMethodDeclaration)
    .filter((node) => decoratorNames(node).some((name) => HANDLER.has(name)) && node.body?.statements.length !== 1)
    .map((node) => ({
      node,
      message: `${node.name.getText(file)}() has ${node.body?.statements.length ?? 0} statements; a handler is one call of a service.`,
    }));
}

function namedExports({ path, file }) {
  if (!/^(src|libs)\//.test(path)) return [];
  const isDefault = (node) =>
    (ts.isExportAssignment(node) && !node.isExportEquals) ||
    (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword));
  return file.statements
    .filter((node) => isDefault(node))
    .map((node) => ({ node, message: 'a default export; give it a name, so that it is found by it.' }));
}

function noBarrels({ path, file }) {
  if (!path.startsWith('src/')) return [];
  if (path.endsWith('/index.ts'))
    return [{ node: file, message: 'a feature has no index file; import the file itself.' }];
  return file.statements
    .filter((node) => ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)
    .map((node) => ({ node, message: 're-exports another file; import that file where it is used.' }));
}

/** A class that Nest injects must stay a value import, so files with decorated parameters' metadata are left alone. */
function typeImports({ file }) {
  if (descendants(file, ts.isDecorator).length > 0) return [];
  const identifiers = descendants(file, ts.isIdentifier).filter(
    (node) => !ts.findAncestor(node, ts.isImportDeclaration),
  );
  const asValue = new Set(identifiers.filter((node) => !isInType(node)).map((node) => node.text));
  const used = new Set(identifiers.map((node) => node.text));
  return file.statements
    .filter((node) => ts.isImportDeclaration(node) && !node.importClause?.isTypeOnly)
    .flatMap((node) => {
      const bindings = node.importClause?.namedBindings;
      return bindings && ts.isNamedImports(bindings) ? [...bindings.elements] : [];
    })
    .filter((node) => !node.isTypeOnly && used.has(node.name.text) && !asValue.has(node.name.text))
    .map((node) => ({ node, message: `${node.name.text} is used only as a type; write "import type".` }));
}

function isInType(node) {
  return (
    ts.findAncestor(node, (up) => {
      if (ts.isStatement(up) && !ts.isInterfaceDeclaration(up) && !ts.isTypeAliasDeclaration(up)) return 'quit';
      return ts.isTypeNode(up) || ts.isInterfaceDeclaration(up) || ts.isTypeAliasDeclaration(up)
        ? !(
            ts.isExpressionWithTypeArguments(up) &&
            up.parent.token === ts.SyntaxKind.ExtendsKeyword &&
            ts.isClassLike(up.parent.parent)
          )
        : false;
    }) !== undefined
  );
}

function noSuppressions({ path, text, file }) {
  const banned = /(@ts-(ignore|nocheck|expect-error)|(eslint|oxlint)-disable|\b(TODO|FIXME|XXX)\b)/;
  return text.split('\n').flatMap((line, index) => {
    const found = banned.exec(line);
    if (!found || path.startsWith('scripts/')) return [];
    return [{ node: file, line: index + 1, message: `"${found[1]}": mend it instead of silencing or postponing it.` }];
  });
}

const ASSIGNMENTS = new Set([
  ts.SyntaxKind.EqualsToken,
  ts.SyntaxKind.QuestionQuestionEqualsToken,
  ts.SyntaxKind.BarBarEqualsToken,
  ts.SyntaxKind.AmpersandAmpersandEqualsToken,
]);

/**
 * V8 takes a function that is written where a property is assigned for one that stays, and allocates it among the old
 * objects. All that it closes over then lives until the next whole collection, however short the call was that made it.
 */
function functionInAssignment({ path, file }) {
  if (!isProduction(path)) return [];
  const isAssigned = (node) =>
    ts.isBinaryExpression(node) &&
    ASSIGNMENTS.has(node.operatorToken.kind) &&
    ts.isPropertyAccessExpression(node.left) &&
    (ts.isArrowFunction(node.right) || ts.isFunctionExpression(node.right));
  return descendants(file, isAssigned).map((node) => ({
    node,
    message: `a function written into ${node.left.getText(file)} is old from its birth and keeps what it closes over; hand it over as an argument or give it a name.`,
  }));
}

/** Typed as if it were always there, `cookies` of a request is null until a cookie is set: nobody else parses them. */
function cookiesByName({ path, file }) {
  if (!isProduction(path)) return [];
  const isRead = (node) =>
    (ts.isPropertyAccessExpression(node) && node.name.text === 'cookies') ||
    (ts.isBindingElement(node) && (node.propertyName ?? node.name).getText(file) === 'cookies');
  return descendants(file, isRead).map((node) => ({
    node,
    message: 'cookies of a request are not parsed; read one by cookieOf() of libs/http.',
  }));
}

export const RULES = {
  'file-length': fileLength,
  'function-length': functionLength,
  'constructor-width': constructorWidth,
  environment,
  'http-below-controller': httpBelowController,
  'sql-in-repositories': sqlInRepositories,
  'one-statement-handler': oneStatementHandlers,
  'named-exports': namedExports,
  'no-barrels': noBarrels,
  'type-imports': typeImports,
  'no-suppressions': noSuppressions,
  'function-in-assignment': functionInAssignment,
  'cookies-by-name': cookiesByName,
};

/** Number of lines as an editor shows them: a final newline does not start another line. */
export const countLines = (text) => text.replace(/\n$/, '').split('\n').length;

/** Every finding in one file, as `{ path, line, rule, message }`, in the order of the rules. */
export function inspect(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true, ts.ScriptKind.TS);
  const subject = { path, text, file, lines: countLines(text) };
  return Object.entries(RULES).flatMap(([rule, find]) =>
    find(subject).map(({ node, line, message }) => ({
      path,
      line: line ?? file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1,
      rule,
      message,
    })),
  );
}
