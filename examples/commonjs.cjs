// heddle from CommonJS: Node.js 20.19 and later can require an ES module.
const { ThreadSafeCache } = require('heddle');

const cache = new ThreadSafeCache({ maxSize: 100 });
cache.put('greeting', 'hello');
console.log(cache.get('greeting')); // hello
